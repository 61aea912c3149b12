import django.db.models.deletion
import mandat.apps.custody.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Panel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('version', models.PositiveIntegerField()),
                        ('state', models.CharField(choices=[('open', 'volunteers are called'), ('closed', 'the pool is closed'), ('seated', 'the panel is drawn'), ('given', 'the opinion is given')], default='open', max_length=10)),
                        ('letters', models.PositiveIntegerField(default=0)),
                        ('addresses', models.PositiveIntegerField(default=0)),
                        ('invited_seed', models.CharField(blank=True, max_length=100)),
                        ('invited_at', models.DateTimeField(null=True)),
                        ('declined', models.PositiveIntegerField(default=0)),
                        ('volunteers', models.PositiveIntegerField(default=0)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('digest', models.CharField(blank=True, max_length=64)),
                        ('pool', models.TextField(blank=True)),
                        ('counts', models.JSONField(default=dict)),
                        ('forgotten_on', models.DateField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'panel',
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('process'), models.F('component'), name='panels_one_a_component')],
                    },
                ),
                migrations.CreateModel(
                    name='Draw',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('panel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='panels.panel')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('event', models.CharField(max_length=200)),
                        ('event_on', models.DateField()),
                        ('announced_at', models.DateTimeField()),
                        ('digest', models.CharField(max_length=64)),
                        ('document', models.TextField()),
                        ('minimum', models.DecimalField(decimal_places=6, max_digits=9)),
                        ('bound', models.DecimalField(decimal_places=6, max_digits=9)),
                        ('shut', models.PositiveIntegerField(default=0)),
                        ('panels', models.PositiveIntegerField(default=1000)),
                        ('kept', models.JSONField(default=list)),
                        ('excluded', models.JSONField(default=list)),
                        ('number', models.CharField(blank=True, max_length=100)),
                        ('proof', models.URLField(blank=True, max_length=500)),
                        ('which', models.PositiveIntegerField(null=True)),
                        ('selected', models.JSONField(default=list)),
                        ('drawn_at', models.DateTimeField(null=True)),
                        ('drawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'draw',
                        'ordering': ('rank',),
                        'constraints': [models.UniqueConstraint(models.F('panel'), models.F('rank'), name='panels_one_draw_a_rank'), models.UniqueConstraint(models.F('panel'), condition=models.Q(('drawn_at__isnull', True)), name='panels_one_draw_to_come')],
                    },
                ),
                migrations.CreateModel(
                    name='Opinion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('panel', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='opinion', to='panels.panel')),
                        ('text_fr', models.TextField()),
                        ('text_en', models.TextField()),
                        ('given_on', models.DateField()),
                        ('digest', models.CharField(max_length=64)),
                        ('fact', models.BigIntegerField(null=True)),
                        ('answered_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'opinion of a panel',
                    },
                ),
                migrations.CreateModel(
                    name='Recommendation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('opinion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='panels.opinion')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('title_fr', models.CharField(max_length=200)),
                        ('title_en', models.CharField(max_length=200)),
                        ('text_fr', models.TextField(blank=True)),
                        ('text_en', models.TextField(blank=True)),
                        ('votes_for', models.PositiveSmallIntegerField()),
                        ('votes_against', models.PositiveSmallIntegerField()),
                        ('abstentions', models.PositiveSmallIntegerField()),
                        ('outcome', models.CharField(blank=True, max_length=10)),
                    ],
                    options={
                        'verbose_name': 'recommendation',
                        'ordering': ('rank',),
                        'constraints': [models.UniqueConstraint(models.F('opinion'), models.F('rank'), name='panels_one_recommendation_a_rank')],
                    },
                ),
                migrations.CreateModel(
                    name='Letter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('panel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sent', to='panels.panel')),
                        ('stratum', models.SlugField(max_length=60)),
                        ('code', models.CharField(max_length=81, unique=True)),
                        ('declined_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'letter',
                        'indexes': [models.Index(models.F('panel'), models.F('stratum'), name='panels_letters')],
                    },
                ),
                migrations.CreateModel(
                    name='Volunteer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('panel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='panels.panel')),
                        ('letter', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='volunteer', to='panels.letter')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('code', models.CharField(max_length=81, unique=True)),
                        ('features', mandat.apps.custody.sealing.SealedJSONField(bind='reference')),
                        ('contact', mandat.apps.custody.sealing.SealedJSONField(bind='reference', null=True)),
                        ('number', models.CharField(blank=True, max_length=8)),
                        ('ticket', models.CharField(blank=True, max_length=20)),
                        ('state', models.CharField(choices=[('pool', 'in the pool'), ('drawn', 'drawn, has not answered yet'), ('member', 'member of the panel'), ('declined', 'drawn, and declined'), ('left', 'left the panel')], default='pool', max_length=10)),
                        ('answer_by', models.DateField(null=True)),
                        ('joined_on', models.DateField()),
                    ],
                    options={
                        'verbose_name': 'volunteer',
                        'indexes': [models.Index(models.F('panel'), models.F('state'), models.F('number'), name='panels_people')],
                        'constraints': [models.UniqueConstraint(models.F('panel'), models.F('user'), name='panels_once_an_account'), models.UniqueConstraint(models.F('panel'), models.F('number'), condition=models.Q(('number', ''), _negated=True), name='panels_one_number_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Sitting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('panel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sittings', to='panels.panel')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('title_fr', models.CharField(max_length=150)),
                        ('title_en', models.CharField(max_length=150)),
                        ('held_on', models.DateField()),
                        ('place', models.CharField(max_length=200)),
                        ('commune', models.CharField(blank=True, max_length=5)),
                        ('days', models.DecimalField(decimal_places=1, max_digits=4)),
                        ('meeting', models.CharField(blank=True, max_length=40)),
                        ('closed_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'session of a panel',
                        'ordering': ('rank',),
                        'constraints': [models.UniqueConstraint(models.F('panel'), models.F('rank'), name='panels_one_session_a_rank'), models.CheckConstraint(condition=models.Q(('days__gt', 0)), name='panels_session_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='Presence',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sitting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='panels.sitting')),
                        ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='panels.volunteer')),
                        ('allowance', models.BigIntegerField(default=0)),
                        ('paid_on', models.DateField(null=True)),
                        ('payment', models.CharField(blank=True, max_length=60)),
                    ],
                    options={
                        'verbose_name': 'presence at a session',
                        'constraints': [models.UniqueConstraint(models.F('sitting'), models.F('volunteer'), name='panels_present_once')],
                    },
                ),
            ]
        ),
    ]
