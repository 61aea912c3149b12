import django.db.models.deletion
import mandat.apps.answers.models.contests
import mandat.apps.answers.models.duties
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Contest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(default=mandat.apps.answers.models.contests.reference, max_length=20, unique=True)),
                        ('programme', models.SlugField(max_length=60)),
                        ('commitment', models.CharField(max_length=10)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('shown', models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                        ('value', models.DecimalField(decimal_places=6, max_digits=24, verbose_name='value')),
                        ('unit', models.CharField(max_length=20)),
                        ('as_of', models.DateField(verbose_name='as of')),
                        ('source_title', models.CharField(max_length=200, verbose_name='source')),
                        ('source_url', models.CharField(blank=True, max_length=500)),
                        ('upload', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='custody.storedfile')),
                        ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='custody.subject')),
                        ('why', models.TextField()),
                        ('hidden', models.BooleanField(default=False)),
                        ('state', models.CharField(choices=[('pending', 'under examination'), ('upheld', 'upheld'), ('partly', 'upheld in part'), ('rejected', 'not upheld'), ('withdrawn', 'taken back by its author')], default='pending', max_length=10, verbose_name='state')),
                        ('made_at', models.DateTimeField()),
                        ('due_on', models.DateField()),
                        ('overdue_on', models.DateField(null=True)),
                        ('answer_fr', models.TextField(blank=True)),
                        ('answer_en', models.TextField(blank=True)),
                        ('correction', models.BigIntegerField(null=True)),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('fact_index', models.BigIntegerField()),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'contested figure',
                        'indexes': [models.Index(models.F('programme'), models.F('commitment'), models.F('made_at'), name='contests_of_commitment'), models.Index(models.F('programme'), models.F('state'), models.F('due_on'), name='contests_by_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Duty',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(default=mandat.apps.answers.models.duties.reference, max_length=20, unique=True)),
                        ('programme', models.SlugField(max_length=60)),
                        ('kind', models.CharField(help_text='what kind of thing is answered, and how: petition-reply', max_length=40)),
                        ('source', models.CharField(max_length=120)),
                        ('title_fr', models.CharField(max_length=300)),
                        ('title_en', models.CharField(max_length=300)),
                        ('url', models.CharField(max_length=400)),
                        ('body', models.SlugField(max_length=60)),
                        ('process', models.SlugField(blank=True, max_length=60)),
                        ('measures', models.JSONField(default=list)),
                        ('owed_on', models.DateField()),
                        ('due_on', models.DateField()),
                        ('reminder_days', models.PositiveSmallIntegerField(default=7)),
                        ('delivery_by', models.DateField(null=True)),
                        ('state', models.CharField(choices=[('owed', 'answer awaited'), ('answered', 'answered'), ('waived', 'no longer due')], default='owed', max_length=10, verbose_name='state')),
                        ('waived_because', models.TextField(blank=True)),
                        ('overdue_on', models.DateField(null=True)),
                        ('answered_on', models.DateField(null=True)),
                        ('outcome', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('partly', 'accepted in part'), ('refused', 'refused'), ('explained', 'explained')], max_length=10)),
                        ('delivered_on', models.DateField(null=True)),
                        ('delivery_late_on', models.DateField(null=True)),
                        ('fact_index', models.BigIntegerField()),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'answer due',
                        'indexes': [models.Index(models.F('programme'), models.F('state'), models.F('due_on'), name='answers_by_day'), models.Index(models.F('programme'), models.F('body'), models.F('state'), name='answers_by_body'), models.Index(models.F('programme'), models.F('process'), name='answers_by_process'), models.Index(models.F('delivery_by'), condition=models.Q(('delivered_on', None)), name='answers_to_deliver')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('source'), models.F('kind'), name='one_duty_a_source')],
                    },
                ),
                migrations.CreateModel(
                    name='Answer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='answers.duty')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('outcome', models.CharField(choices=[('accepted', 'accepted'), ('partly', 'accepted in part'), ('refused', 'refused'), ('explained', 'explained')], max_length=10)),
                        ('text_fr', models.TextField()),
                        ('text_en', models.TextField(blank=True)),
                        ('because', models.TextField(blank=True)),
                        ('links', models.JSONField(default=list)),
                        ('delivery_by', models.DateField(null=True)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('fact_index', models.BigIntegerField()),
                    ],
                    options={
                        'verbose_name': 'answer',
                        'constraints': [models.UniqueConstraint(models.F('duty'), models.F('rank'), name='one_answer_a_rank')],
                    },
                ),
                migrations.CreateModel(
                    name='ChainLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='answers.duty')),
                        ('stage', models.CharField(choices=[('promise', 'promise'), ('vote', 'vote'), ('money', 'money'), ('delivery', 'delivery')], max_length=10)),
                        ('on', models.DateField()),
                        ('title_fr', models.CharField(max_length=300)),
                        ('title_en', models.CharField(max_length=300)),
                        ('url', models.CharField(blank=True, max_length=500)),
                        ('fact_index', models.BigIntegerField(null=True)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'step',
                        'constraints': [models.UniqueConstraint(models.F('duty'), models.F('stage'), models.F('on'), models.F('title_fr'), name='one_step_of_a_kind')],
                    },
                ),
            ]
        ),
    ]
