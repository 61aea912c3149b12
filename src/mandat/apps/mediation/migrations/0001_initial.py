import django.db.models.deletion
import mandat.apps.custody.sealing
import mandat.apps.mediation.models.cases
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
        ('organisations', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Case',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('process_version', models.PositiveIntegerField()),
                        ('reference', models.CharField(default=mandat.apps.mediation.models.cases.reference, editable=False, max_length=14, unique=True)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='custody.subject')),
                        ('asker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mediations', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                        ('service', models.SlugField(blank=True, max_length=60)),
                        ('urgent', models.BooleanField(default=False)),
                        ('title', mandat.apps.custody.sealing.SealedTextField(subject='subject', verbose_name='title')),
                        ('account', mandat.apps.custody.sealing.SealedTextField(subject='subject', verbose_name='what happens')),
                        ('wanted', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='subject', verbose_name='what is wanted')),
                        ('state', models.CharField(choices=[('asked', 'asked for'), ('taken', 'taken up'), ('running', 'under way'), ('closed', 'closed'), ('declined', 'not a matter for mediation'), ('withdrawn', 'withdrawn')], default='asked', max_length=9)),
                        ('mediator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mediated', to=settings.AUTH_USER_MODEL)),
                        ('asked_at', models.DateTimeField()),
                        ('take_up_by', models.DateField()),
                        ('taken_at', models.DateTimeField(null=True)),
                        ('end_by', models.DateField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('outcome', models.CharField(blank=True, choices=[('agreement', 'agreement'), ('partial', 'agreement in part'), ('none', 'no agreement')], max_length=9)),
                        ('summary', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='subject', verbose_name='what came of it')),
                        ('forget_on', models.DateField(null=True)),
                        ('forgotten_at', models.DateTimeField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'mediation case',
                        'indexes': [models.Index(models.F('programme'), models.F('state'), models.F('take_up_by'), name='mediation_to_take_up'), models.Index(models.F('forget_on'), condition=models.Q(('forgotten_at__isnull', True)), name='mediation_to_forget')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='mediation_closed_has_an_outcome')],
                    },
                ),
                migrations.CreateModel(
                    name='Party',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parties', to='mediation.case')),
                        ('side', models.CharField(choices=[('group', 'citizens'), ('service', 'service')], max_length=7)),
                        ('called', mandat.apps.custody.sealing.SealedTextField(subject='case__subject', verbose_name='who')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('invitation', models.CharField(max_length=30, null=True, unique=True)),
                        ('invited_at', models.DateTimeField()),
                        ('joined_at', models.DateTimeField(null=True)),
                        ('left_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'party to a mediation',
                        'constraints': [models.UniqueConstraint(models.F('case'), models.F('user'), name='mediation_one_party_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Message',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='mediation.case')),
                        ('party', models.ForeignKey(help_text='empty: the mediator', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mediation.party')),
                        ('with_party', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mediation.party')),
                        ('text', mandat.apps.custody.sealing.SealedTextField(subject='case__subject', verbose_name='text')),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'message of a mediation',
                        'ordering': ('pk',),
                    },
                ),
                migrations.CreateModel(
                    name='Proposal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='mediation.case')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('text', mandat.apps.custody.sealing.SealedTextField(subject='case__subject', verbose_name='text')),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'proposal of a mediation',
                        'ordering': ('number',),
                        'constraints': [models.UniqueConstraint(models.F('case'), models.F('number'), name='mediation_one_proposal_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Reply',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='mediation.proposal')),
                        ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mediation.party')),
                        ('accepts', models.BooleanField()),
                        ('text', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='proposal__case__subject', verbose_name='why')),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'reply to a proposal',
                        'constraints': [models.UniqueConstraint(models.F('proposal'), models.F('party'), name='mediation_one_reply_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Step',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='mediation.case')),
                        ('name', models.CharField(max_length=12)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'step of a mediation',
                        'ordering': ('pk',),
                    },
                ),
                migrations.CreateModel(
                    name='Told',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('sort', models.CharField(max_length=10)),
                        ('upto', models.BigIntegerField(default=0)),
                        ('count', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'cases told',
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('process'), models.F('component'), models.F('sort'), name='mediation_one_told_a_sort')],
                    },
                ),
            ]
        ),
    ]
