import django.db.models.deletion
import mandat.apps.custody.sealing
import mandat.apps.desk.models.carnets
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
                    name='Carnet',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(default=mandat.apps.desk.models.carnets.new_code, editable=False, max_length=12, unique=True)),
                        ('programme', models.SlugField(max_length=60)),
                        ('title', models.CharField(max_length=150, verbose_name='event')),
                        ('place', models.CharField(max_length=150, verbose_name='place')),
                        ('event_on', models.DateField(verbose_name='day')),
                        ('process', models.SlugField(blank=True, max_length=60)),
                        ('meeting', models.SlugField(blank=True, max_length=12)),
                        ('blanks', models.PositiveIntegerField()),
                        ('state', models.CharField(choices=[('prepared', 'prepared'), ('out', 'handed over'), ('back', 'brought back, to settle'), ('closed', 'reconciled'), ('lost', 'lost or unused')], default='prepared', max_length=10)),
                        ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='custody.subject')),
                        ('secret', mandat.apps.custody.sealing.SealedTextField(bind='code', null=True, purpose='desk.secret', subject='holder')),
                        ('private_key', mandat.apps.custody.sealing.SealedTextField(bind='code', null=True, purpose='desk.key', subject='holder')),
                        ('public_key', models.CharField(max_length=120)),
                        ('package', models.JSONField()),
                        ('digest', models.CharField(max_length=64)),
                        ('synthetic', models.BooleanField(default=False)),
                        ('prepared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('prepared_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'carnet',
                        'verbose_name_plural': 'carnets',
                        'ordering': ('-event_on', '-id'),
                        'indexes': [models.Index(models.F('programme'), models.OrderBy(models.F('event_on'), descending=True), models.OrderBy(models.F('id'), descending=True), name='desk_carnets')],
                    },
                ),
                migrations.CreateModel(
                    name='Section',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('carnet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='desk.carnet')),
                        ('kind', models.SlugField(max_length=30)),
                        ('target', models.CharField(max_length=120)),
                        ('title_fr', models.CharField(max_length=300)),
                        ('title_en', models.CharField(max_length=300)),
                        ('first', models.PositiveIntegerField()),
                        ('last', models.PositiveIntegerField()),
                        ('memory', models.JSONField(default=dict)),
                    ],
                    options={
                        'verbose_name': 'section of a carnet',
                        'ordering': ('first',),
                        'constraints': [models.UniqueConstraint(models.F('carnet'), models.F('kind'), models.F('target'), name='desk_one_section'), models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='desk_section_ordered')],
                    },
                ),
                migrations.CreateModel(
                    name='Upload',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('carnet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='desk.carnet')),
                        ('sha256', models.CharField(max_length=64)),
                        ('format', models.CharField(max_length=10)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('new', models.PositiveIntegerField(default=0)),
                        ('known', models.PositiveIntegerField(default=0)),
                        ('wrong', models.JSONField(default=list)),
                    ],
                    options={
                        'verbose_name': 'file brought back',
                        'ordering': ('-id',),
                        'constraints': [models.UniqueConstraint(models.F('carnet'), models.F('sha256'), name='desk_one_upload')],
                    },
                ),
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('carnet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='desk.carnet')),
                        ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='desk.section')),
                        ('upload', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='desk.upload')),
                        ('number', models.PositiveIntegerField()),
                        ('place', models.CharField(max_length=40, unique=True)),
                        ('state', models.CharField(choices=[('received', 'to reconcile'), ('taken', 'taken'), ('refused', 'refused'), ('conflict', 'to settle'), ('void', 'struck out')], default='received', max_length=10)),
                        ('data', mandat.apps.custody.sealing.SealedJSONField(bind='place', null=True, purpose='desk.entry', subject='carnet__holder')),
                        ('other', mandat.apps.custody.sealing.SealedJSONField(bind='place', null=True, purpose='desk.other', subject='carnet__holder')),
                        ('digest', models.CharField(max_length=64)),
                        ('collected_at', models.DateTimeField()),
                        ('reason_fr', models.CharField(blank=True, max_length=500)),
                        ('reason_en', models.CharField(blank=True, max_length=500)),
                        ('may_take', models.BooleanField(default=False)),
                        ('conflicted', models.BooleanField(default=False)),
                        ('settled_why', models.CharField(blank=True, max_length=500)),
                        ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('settled_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'entry of a carnet',
                        'ordering': ('number',),
                        'indexes': [models.Index(models.F('carnet'), models.F('state'), models.F('number'), name='desk_entries')],
                        'constraints': [models.UniqueConstraint(models.F('carnet'), models.F('number'), name='desk_one_entry')],
                    },
                ),
                migrations.CreateModel(
                    name='Act',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('carnet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='desk.carnet')),
                        ('what', models.CharField(choices=[('prepared', 'prepared the carnet'), ('handed', 'put it on a device'), ('printed', 'printed it'), ('uploaded', 'brought a file back'), ('reconciled', 'reconciled, swearing to the moments'), ('settled', 'settled a conflict'), ('closed', 'closed the carnet'), ('lost', 'declared it lost or unused')], max_length=12)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField(auto_now_add=True)),
                        ('detail', models.JSONField(default=dict)),
                    ],
                    options={
                        'verbose_name': 'act on a carnet',
                        'ordering': ('id',),
                    },
                ),
            ]
        ),
    ]
